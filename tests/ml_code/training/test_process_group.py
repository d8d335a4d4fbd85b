import socket

import pytest

from tests.ml_code.training_runs import assert_same_weights, command, losses, started

TORCHRUN = ("-m", "torch.distributed.run", "--nproc-per-node=2", "--standalone")
SAME = ("--epochs=1", "--seed=3", "--quantise=false")


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


@pytest.fixture(scope="module")
def alone(base_model, session_features, tmp_path_factory):
    """(output, model folder) of one process with batches of 32."""
    target = tmp_path_factory.mktemp("alone")
    arguments = command(base_model, session_features, target, *SAME, "--batch-size=32")
    return started(arguments).communicate()[0], target


def test_two_processes_of_batch_16_train_like_one_of_32(
    base_model, session_features, tmp_path, alone
):
    shared = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port()}
    arguments = command(base_model, session_features, tmp_path, *SAME, "--batch-size=16")
    ranks = [started(arguments, RANK=str(rank), **shared) for rank in range(2)]
    outputs = [rank.communicate()[0] for rank in ranks]
    assert [rank.returncode for rank in ranks] == [0, 0], outputs
    output, model = alone
    assert losses(outputs[0]) == pytest.approx(losses(output), abs=2e-3)
    assert losses(outputs[1]) == []  # only the first process speaks
    assert_same_weights(model, tmp_path, atol=5e-3, rtol=1e-2)


def test_two_processes_of_torchrun_that_accumulate_train_like_one_batch(
    base_model, session_features, tmp_path, alone
):
    parts = ("--batch-size=4", "--accumulation-steps=4")
    arguments = command(base_model, session_features, tmp_path, *SAME, *parts)
    shared = started(arguments, launcher=TORCHRUN)
    output = shared.communicate()[0]
    assert shared.returncode == 0, output
    assert "2 process(es)" in output
    assert losses(output) == pytest.approx(losses(alone[0]), abs=2e-3)
    assert_same_weights(alone[1], tmp_path, atol=5e-3, rtol=1e-2)
