using System.Net;
using System.Net.Sockets;

namespace UwsgiIt.Containerd.PrivilegedTests.Network;

/// <summary>Somebody outside who answers every connection and remembers who it was.</summary>
internal sealed class OutsideServer : IDisposable
{
    private readonly Socket _listener;
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string _last = "";

    public OutsideServer(Socket listener)
    {
        _listener = listener;
        _ = RunAsync();
    }

    public async Task<string> LastPeerAsync()
    {
        await _asked.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return _last;
    }

    public void Dispose() => _listener.Dispose();

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptAsync();
                _last = ((IPEndPoint)client.RemoteEndPoint!).Address.ToString();
                _asked.TrySetResult();
                await client.SendAsync("HTTP/1.0 200 OK\r\n\r\n"u8.ToArray());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
