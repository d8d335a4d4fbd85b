"""The CSV that commands upload: the columns, and eight reviews of each of three ratings."""

ROWS = "".join(f"text {n}{rating},{rating}\n" for n in range(8) for rating in (1, 3, 5))
TABLE = f"Review Text,Rating\n{ROWS}"
