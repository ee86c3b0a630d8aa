"""What a person wants to see of a project, as plain values: computed here, shown by `output.html`."""
