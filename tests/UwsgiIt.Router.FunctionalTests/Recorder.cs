using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace UwsgiIt.Router.FunctionalTests;

/// <summary>A node that keeps every byte it gets and answers each connection the same way.</summary>
internal sealed class Recorder : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Channel<byte[]> _requests = Channel.CreateUnbounded<byte[]>();
    private readonly Func<byte[], byte[]?> _answer;
    private int _connections;

    /// <summary>Answers as soon as <paramref name="answer"/> makes something of the bytes that have come so far; no answer keeps it reading to the end.</summary>
    public Recorder(Func<byte[], byte[]?> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Answers "ok" once so many bytes have come.</summary>
    public static Recorder After(int bytes) => new(got => got.Length >= bytes ? Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") : null);

    /// <summary>What the next connection brought.</summary>
    public async Task<byte[]> NextAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _requests.Reader.ReadAsync(deadline.Token);
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                Interlocked.Increment(ref _connections);
                _ = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var owned = socket;
        var got = new MemoryStream();
        var buffer = new byte[65_536];
        try
        {
            while (_answer(got.ToArray()) is not { } answer)
            {
                var count = await socket.ReceiveAsync(buffer);
                if (count == 0)
                {
                    break;
                }

                got.Write(buffer, 0, count);
            }

            if (_answer(got.ToArray()) is { } last)
            {
                await socket.SendAsync(last);
            }
        }
        catch (SocketException)
        {
            // What came is told all the same.
        }

        _requests.Writer.TryWrite(got.ToArray());
    }
}
