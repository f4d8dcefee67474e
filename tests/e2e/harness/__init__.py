"""What the end-to-end tests are made of: a server of their own, real encoders and players, and raw clients."""
