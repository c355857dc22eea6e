using System.Net;

namespace UwsgiIt.Router.ProxyProtocol;

/// <summary>What a PROXY header says of a connection.</summary>
/// <param name="Source">The client; null when the sender speaks for itself or does not know: the socket's own addresses then stand.</param>
/// <param name="Destination">Where the client connected to; null together with <paramref name="Source"/>.</param>
internal readonly record struct ProxyHeader(IPEndPoint? Source, IPEndPoint? Destination);
