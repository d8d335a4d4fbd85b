import argparse
import os
import pathlib

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int)
for epoch in range(parser.parse_args().epochs):
    print(f"loss={1 / (epoch + 1):.2f}")
pathlib.Path(os.environ["SM_MODEL_DIR"], "weight.txt").write_text("3")
