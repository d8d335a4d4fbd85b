"""Programs that stand in for the servers of AWS's images. `launch` runs one of them."""
