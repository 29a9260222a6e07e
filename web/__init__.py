"""Pages and their servers: the web telephone, the agent's desk, the supervisor's page."""
