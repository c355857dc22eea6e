using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using UwsgiIt.Router.Forwarding;

namespace UwsgiIt.Router.FastRouter;

/// <summary>A uwsgi request as the rest of the router knows requests: what Kestrel's features are to an HTTP request. One for each connection.</summary>
internal sealed class UwsgiExchange : IHttpRequestFeature, IHttpResponseFeature, IHttpResponseBodyFeature, IRequestBodyPipeFeature, IHttpRequestBodyDetectionFeature,
    IHttpConnectionFeature, IHttpRequestLifetimeFeature, IHttpUpgradeFeature
{
    private readonly ConnectionContext _connection;
    private readonly UwsgiRequest _request;
    private readonly ResponseWriter _writer;
    private readonly BodyReader _reader;
    private readonly Stack<(Func<object, Task> Callback, object State)> _completed = new();
    private Stream? _body;

    public UwsgiExchange(ConnectionContext connection, UwsgiRequest request, TimeSpan idleTimeout)
    {
        _connection = connection;
        _request = request;
        _writer = new ResponseWriter(connection.Transport.Output, this, idleTimeout);
        _reader = new BodyReader(connection.Transport.Input, request.ContentLength);
        (Protocol, Method, Path, QueryString, RawTarget) = (request.Protocol, request.Method, request.Path, request.Query.Length > 0 ? "?" + request.Query : "", request.Target);
        Scheme = request.IsHttps ? "https" : "http";
        Headers = request.Headers;
        ConnectionId = connection.ConnectionId;
        RequestAborted = connection.ConnectionClosed;
        var (peer, local) = (connection.RemoteEndPoint as IPEndPoint, connection.LocalEndPoint as IPEndPoint);
        (RemoteIpAddress, RemotePort) = request.RemoteAddress is { } address ? (address, request.RemotePort) : (peer?.Address, peer?.Port ?? 0);
        (LocalIpAddress, LocalPort) = (local?.Address, request.ServerPort > 0 ? request.ServerPort : local?.Port ?? 0);
        Context = new DefaultHttpContext(CreateFeatures());
    }

    public HttpContext Context { get; }

    public string Protocol { get; set; }

    public string Scheme { get; set; }

    public string Method { get; set; }

    public string PathBase { get; set; } = "";

    public string Path { get; set; }

    public string QueryString { get; set; }

    public string RawTarget { get; set; }

    public IHeaderDictionary Headers { get; set; }

    Stream IHttpRequestFeature.Body { get; set; } = Stream.Null;

    public bool CanHaveBody => _request.ContentLength > 0;

    PipeReader IRequestBodyPipeFeature.Reader => _reader;

    public int StatusCode { get; set; } = StatusCodes.Status200OK;

    public string? ReasonPhrase { get; set; }

    public IHeaderDictionary ResponseHeaders { get; private set; } = new HeaderDictionary();

    IHeaderDictionary IHttpResponseFeature.Headers
    {
        get => ResponseHeaders;
        set => ResponseHeaders = value;
    }

    Stream IHttpResponseFeature.Body { get; set; } = Stream.Null;

    public bool HasStarted => _writer.HasStarted;

    Stream IHttpResponseBodyFeature.Stream => _body ??= _writer.AsStream(leaveOpen: true);

    PipeWriter IHttpResponseBodyFeature.Writer => _writer;

    public string ConnectionId { get; set; }

    public IPAddress? RemoteIpAddress { get; set; }

    public IPAddress? LocalIpAddress { get; set; }

    public int RemotePort { get; set; }

    public int LocalPort { get; set; }

    public CancellationToken RequestAborted { get; set; }

    bool IHttpUpgradeFeature.IsUpgradableRequest => Headers.Upgrade.Count > 0 && !CanHaveBody;

    public void Abort() => _connection.Abort(new ConnectionAbortedException("The answer could not be finished."));

    void IHttpResponseFeature.OnStarting(Func<object, Task> callback, object state) => throw new NotSupportedException();

    void IHttpResponseFeature.OnCompleted(Func<object, Task> callback, object state) => _completed.Push((callback, state));

    void IHttpResponseBodyFeature.DisableBuffering()
    {
        // Nothing is held back.
    }

    Task IHttpResponseBodyFeature.StartAsync(CancellationToken cancellationToken) => _writer.FlushAsync(cancellationToken).AsTask();

    Task IHttpResponseBodyFeature.SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken) => SendFileFallback.SendFileAsync(((IHttpResponseBodyFeature)this).Stream, path, offset, count, cancellationToken);

    Task IHttpResponseBodyFeature.CompleteAsync() => _writer.FlushAsync(CancellationToken.None).AsTask();

    async Task<Stream> IHttpUpgradeFeature.UpgradeAsync()
    {
        await _writer.FlushAsync(CancellationToken.None);
        return new DuplexStream(_connection.Transport);
    }

    /// <summary>Sends what is left and runs what was to be run at the end.</summary>
    public async Task FinishAsync()
    {
        try
        {
            if (!RequestAborted.IsCancellationRequested)
            {
                await _writer.FlushAsync(CancellationToken.None);
            }
        }
        finally
        {
            while (_completed.TryPop(out var completed))
            {
                await completed.Callback(completed.State);
            }
        }
    }

    private FeatureCollection CreateFeatures()
    {
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(this);
        features.Set<IHttpResponseFeature>(this);
        features.Set<IHttpResponseBodyFeature>(this);
        features.Set<IRequestBodyPipeFeature>(this);
        features.Set<IHttpRequestBodyDetectionFeature>(this);
        features.Set<IHttpConnectionFeature>(this);
        features.Set<IHttpRequestLifetimeFeature>(this);
        features.Set<IHttpUpgradeFeature>(this);
        features.Set(_request);
        features.Set(new GivenVariables(_request.Block));
        return features;
    }
}
