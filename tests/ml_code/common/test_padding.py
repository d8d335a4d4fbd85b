from common.padding import pad


def test_padding_goes_to_the_longest_row_and_is_masked():
    ids, mask = pad([[2, 9, 3], [2, 3]], 1)
    assert ids.tolist() == [[2, 9, 3], [2, 3, 1]]
    assert mask.tolist() == [[1, 1, 1], [1, 1, 0]]
