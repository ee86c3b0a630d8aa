"""The API is the approved one."""
