"""The playground: `streamlit run app.py`."""

import streamlit as st

from vaelab.ui.server import lifespan, routes

app = st.App("vaelab/ui/pages/main.py", routes=routes(), lifespan=lifespan)
