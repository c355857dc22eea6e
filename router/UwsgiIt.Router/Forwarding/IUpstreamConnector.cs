namespace UwsgiIt.Router.Forwarding;

/// <summary>The one place connections come from; another transport replaces it here.</summary>
internal interface IUpstreamConnector
{
    /// <summary>Connects. Throws <see cref="System.Net.Sockets.SocketException"/> when the upstream refuses, <see cref="TimeoutException"/> when it takes too long.</summary>
    ValueTask<UpstreamConnection> ConnectAsync(Upstream upstream, TimeSpan timeout, CancellationToken cancellationToken);
}
