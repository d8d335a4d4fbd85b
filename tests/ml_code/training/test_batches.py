from common.rows import Rows
from training.batches import collate, plan_epoch


def test_batches_hold_rows_of_similar_length_and_every_row_once():
    lengths = [1 + 7 * row % 100 for row in range(1000)]
    plan = plan_epoch(lengths, 16, seed=5)
    assert sorted(row for batch in plan for row in batch) == list(range(1000))
    assert plan == plan_epoch(lengths, 16, seed=5) != plan_epoch(lengths, 16, seed=6)
    spans = [max(map(lengths.__getitem__, b)) - min(map(lengths.__getitem__, b)) for b in plan]
    assert sorted(spans)[len(spans) // 2] <= 5


def test_a_rank_without_rows_gets_one_of_no_weight():
    batch = collate(Rows([[2, 3]], [1], [2]), [0], pad_id=0, rank=1, world_size=2)
    assert batch.weights.tolist() == [0.0]
