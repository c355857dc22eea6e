using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace UwsgiIt.Containerd.Agents;

/// <summary>Asks the containers' router how many bytes each of them received and sent.</summary>
internal sealed class NetworkUsage(IOptions<CollectorOptions> options) : IDisposable
{
    // Some hundred peers; arbitrary.
    private const int MaxAnswerBytes = 16 * 1024 * 1024;

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(options.Value.NetworkSocket), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { Timeout = TimeSpan.FromSeconds(5), MaxResponseContentBufferSize = MaxAnswerBytes };

    public void Dispose() => _client.Dispose();

    /// <summary>Bytes to and from containers by uid, as they see it; empty where no router runs.</summary>
    public async Task<IReadOnlyDictionary<uint, (long Received, long Sent)>> ReadAsync(CancellationToken cancellationToken)
    {
        var usage = new Dictionary<uint, (long, long)>();
        if (!File.Exists(options.Value.NetworkSocket))
        {
            return usage;
        }

        try
        {
            using var document = JsonDocument.Parse(await _client.GetByteArrayAsync(new Uri("http://tuntap/v1/network"), cancellationToken));
            foreach (var peer in document.RootElement.EnumerateArray())
            {
                usage[peer.GetProperty("uid").GetUInt32()] = (peer.GetProperty("bytes_to").GetInt64(), peer.GetProperty("bytes_from").GetInt64());
            }
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // It restarts, or is of another version; the rest is measured all the same.
        }

        return usage;
    }
}
