"""The playground: `streamlit run app.py`."""

import streamlit as st

from vaelab.ui.server import lifespan, middleware, routes

app = st.App("vaelab/ui/pages/main.py", routes=routes(), lifespan=lifespan, middleware=middleware())
