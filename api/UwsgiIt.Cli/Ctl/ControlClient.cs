using System.Net.Sockets;
using System.Text.Json;

namespace UwsgiIt.Cli.Ctl;

/// <summary>A control socket of this host, the daemon's unless said: HTTP over a unix socket.</summary>
internal sealed class ControlClient(string runtimeDirectory, string socketName = "containerd.sock") : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint($"{runtimeDirectory}/{socketName}"), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://control/"),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await _client.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        await ThrowUnlessGoodAsync(response, path);
        using var document = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        return document.RootElement.Clone();
    }

    public async Task<Stream> StreamAsync(string path, CancellationToken cancellationToken)
    {
        var response = await _client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await ThrowUnlessGoodAsync(response, path);
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }

    /// <summary>Posts JSON and gives the answer.</summary>
    public async Task<JsonElement> PostAsync(string path, string json, CancellationToken cancellationToken)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var response = await _client.PostAsync(new Uri(path, UriKind.Relative), content, cancellationToken);
        if (response.StatusCode == System.Net.HttpStatusCode.BadRequest)
        {
            throw new IOException((await response.Content.ReadAsStringAsync(cancellationToken)).Trim());
        }

        await ThrowUnlessGoodAsync(response, path);
        using var document = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        return document.RootElement.Clone();
    }

    public async Task PostAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await _client.PostAsync(new Uri(path, UriKind.Relative), null, cancellationToken);
        await ThrowUnlessGoodAsync(response, path);
    }

    public void Dispose() => _client.Dispose();

    private static async Task ThrowUnlessGoodAsync(HttpResponseMessage response, string path)
    {
        if (!response.IsSuccessStatusCode)
        {
            var text = await response.Content.ReadAsStringAsync();
            response.Dispose();
            throw new IOException((int)response.StatusCode == 404 ? $"{path}: there is none" : $"{path}: {(int)response.StatusCode} {text}");
        }
    }
}
