"""The pages: each is one `show()`."""
