"""The playground: `streamlit run app.py`."""

import streamlit as st

from vaelab.ui.server import lifespan, routes

app = st.App("vaelab/ui/main.py", routes=routes(), lifespan=lifespan)
