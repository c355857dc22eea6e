namespace UwsgiIt.Router.Edge;

/// <summary>The head of a frame; <paramref name="Length"/> is its payload's, in bytes, <paramref name="Error"/> a GOAWAY's code (RFC 9113, 7), else 0.</summary>
internal readonly record struct Http2Frame(byte Type, byte Flags, int Length, uint Error);
