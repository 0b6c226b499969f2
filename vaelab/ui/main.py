"""The script that Streamlit runs for every visitor."""

from vaelab.ui.router import show

show()
