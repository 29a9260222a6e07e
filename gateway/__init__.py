"""The service gateway: partners' systems (ERP, CRM, office, payment desks) that flows ask with `request`."""
