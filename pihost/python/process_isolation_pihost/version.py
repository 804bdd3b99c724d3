"""The version of this package, which is that of the npm package."""

VERSION = "0.1.0"
