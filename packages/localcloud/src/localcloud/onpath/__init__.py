"""What is put on the PYTHONPATH of programs that `localcloud exec` runs."""
