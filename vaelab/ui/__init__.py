"""The app: pages, controls, the address, and the explorer component. Only this package imports Streamlit."""
