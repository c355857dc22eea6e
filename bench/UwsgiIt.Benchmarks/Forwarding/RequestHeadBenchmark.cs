using System.Net;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using UwsgiIt.Protocol.Subscriptions;
using UwsgiIt.Router.Forwarding;

namespace UwsgiIt.Benchmarks.Forwarding;

/// <summary>What does writing a request's head for an upstream cost, and does it allocate? (The header dictionary here is not Kestrel's: its enumerator is boxed.)</summary>
[MemoryDiagnoser]
public class RequestHeadBenchmark
{
    private readonly ForwardingOptions _options = new();
    private readonly UwsgiCodec _uwsgi = new();
    private readonly HttpCodec _http = new();
    private readonly FastCgiCodec _fastCgi = new();
    private ForwardRequest _request = null!;

    [GlobalSetup]
    public void Setup()
    {
        var context = new DefaultHttpContext();
        context.Features.Get<IHttpRequestFeature>()!.RawTarget = "/articles/2026/november?page=2&sort=date";
        context.Request.Method = "GET";
        context.Request.Protocol = "HTTP/1.1";
        context.Request.Headers.Host = "www.example.com";
        context.Request.Headers.UserAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";
        context.Request.Headers.Accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        context.Request.Headers.AcceptEncoding = "gzip, deflate, br";
        context.Request.Headers.AcceptLanguage = "it-IT,it;q=0.8,en-US;q=0.5,en;q=0.3";
        context.Request.Headers.Cookie = "session=0123456789abcdef0123456789abcdef; theme=dark";
        context.Connection.RemoteIpAddress = IPAddress.Parse("192.0.2.1");
        UpstreamAddress.TryParse("/run/app.sock", out var address);
        _request = ForwardRequest.Rent(context, new Upstream(address!, UpstreamProtocol.Uwsgi), _uwsgi, _options);
    }

    [Benchmark(Baseline = true)]
    public int Uwsgi() => Write(_uwsgi);

    [Benchmark]
    public int Http() => Write(_http);

    [Benchmark]
    public int FastCgi() => Write(_fastCgi);

    private int Write(IUpstreamCodec codec)
    {
        var buffer = RequestBuffer.Rent();
        codec.WriteHead(buffer, _request, _options);
        var length = buffer.Length;
        buffer.Return();
        return length;
    }
}
