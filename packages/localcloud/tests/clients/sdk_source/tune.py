import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float)
parser.add_argument("--shape")
arguments = parser.parse_args()
print(f"loss={arguments.rate + (arguments.shape == 'round'):.6f}")
