import pathlib
import sys

source, target = map(pathlib.Path, sys.argv[1:])
target.mkdir(parents=True, exist_ok=True)
for path in source.iterdir():
    (target / path.name).write_text(path.read_text().upper())
    print("prepared", path.name)
