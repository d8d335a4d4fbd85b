"""A page in the browser that shows what an environment does; it asks AWS only, as the cli does."""
