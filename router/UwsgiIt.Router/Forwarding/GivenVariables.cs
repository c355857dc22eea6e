namespace UwsgiIt.Router.Forwarding;

/// <summary>CGI-like variables that a request came with, as one uwsgi var block. They go to CGI-like upstreams in the place of our own.</summary>
internal sealed record GivenVariables(ReadOnlyMemory<byte> Block);
