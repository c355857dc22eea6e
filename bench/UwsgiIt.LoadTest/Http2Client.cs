using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace UwsgiIt.LoadTest;

/// <summary>HTTP/2 by the runtime's client; all of a plan's clients share connections of up to 100 streams.</summary>
internal sealed class Http2Client(LoadPlan plan, HttpMessageInvoker invoker) : ILoadClient
{
    private readonly byte[] _buffer = new byte[16 * 1024];

    [SuppressMessage("Security", "CA5359", Justification = "A benchmark's certificate is its own.")]
    public static HttpMessageInvoker CreateInvoker(LoadPlan plan)
    {
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            ConnectCallback = async (context, cancellationToken) =>
            {
                var target = context.InitialRequestMessage.RequestUri!.Scheme == Uri.UriSchemeHttps && plan.TlsTarget is { } tlsTarget ? tlsTarget : plan.Target;
                return await Dial.ConnectAsync(plan with { Target = target, Tls = false }, plan.Host, cancellationToken);
            },
        };
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        return new HttpMessageInvoker(handler);
    }

    public async ValueTask<(bool IsGood, long Bytes)> AskAsync(TrafficItem item, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(new HttpMethod(item.Method), $"{(plan.Tls ? "https" : "http")}://{item.Host ?? plan.Host}{item.Path}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = item.BodyBytes > 0 ? new ByteArrayContent(new byte[item.BodyBytes]) : null,
        };
        using var response = await invoker.SendAsync(request, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var total = 0L;
        while (await body.ReadAsync(_buffer, cancellationToken) is var count and > 0)
        {
            total += count;
        }

        return (response.IsSuccessStatusCode, total);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
