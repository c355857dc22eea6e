using UwsgiIt.Linux;

namespace UwsgiIt.Router.Transport;

/// <summary>A feature of a client's connection that can tell what the client has taken.</summary>
internal interface IClientProgress
{
    /// <summary>False when nobody can tell. From any thread.</summary>
    bool TryGetProgress(out TcpProgress progress);
}
