using Microsoft.AspNetCore.Connections;
using UwsgiIt.Router.Forwarding;

namespace UwsgiIt.Router.Sessions;

/// <summary>A client's side of a session without HTTP.</summary>
/// <param name="Connection">The client.</param>
/// <param name="Stream">Its bytes, decrypted where we do that.</param>
/// <param name="UsesXclient">Whether the node is told the client by XCLIENT, in the place of its own greeting.</param>
/// <param name="WriteHead">Writes what goes to the node before the client's bytes; null for nothing.</param>
internal sealed record RawSession(ConnectionContext Connection, Stream Stream, bool UsesXclient = false, Func<RequestBuffer, Upstream, ForwardOutcome>? WriteHead = null);
