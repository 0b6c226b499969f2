"""The script that Streamlit runs for every visitor.

It lies among the pages because Streamlit takes every file of a folder `pages` beside its script for a page of its own.
"""

from vaelab.ui.router import show

show()
