using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace UwsgiIt.Router.Transport;

/// <summary>Kestrel's transport on our event loops: TCP, unix sockets, and descriptors passed by the service manager.</summary>
internal sealed class LoopTransport(EventLoops loops, IMemoryPoolFactory<byte> pools, ILogger<LoopTransport> logger) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    // The kernel cuts it to net.core.somaxconn.
    private const int Backlog = 4096;

    // What Kestrel itself rents for parts of responses, in its own block size.
    private readonly MemoryPool<byte> _pool = pools.Create();

    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint or UnixDomainSocketEndPoint or FileHandleEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = endpoint switch
        {
            FileHandleEndPoint passed => new Socket(new SafeSocketHandle((nint)passed.FileHandle, ownsHandle: true)),
            UnixDomainSocketEndPoint => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            _ => new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp),
        };
        try
        {
            if (endpoint is not FileHandleEndPoint)
            {
                if (endpoint is IPEndPoint { Address: var address } && address.Equals(IPAddress.IPv6Any))
                {
                    socket.DualMode = true;
                }

                socket.Bind(endpoint);
            }

            UnsentLimit.Apply(socket);
            socket.Listen(Backlog);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw e.SocketErrorCode == SocketError.AddressAlreadyInUse ? new AddressInUseException(e.Message, e) : e;
        }

        return new(new LoopListener(socket, endpoint is FileHandleEndPoint ? endpoint : socket.LocalEndPoint!, loops, _pool, logger));
    }
}
