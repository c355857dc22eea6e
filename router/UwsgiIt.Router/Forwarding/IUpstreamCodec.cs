namespace UwsgiIt.Router.Forwarding;

/// <summary>How request bodies travel in a protocol.</summary>
internal enum BodyFraming
{
    /// <summary>As they are; the length was said in the head.</summary>
    Raw,

    /// <summary>HTTP chunks when the length is unknown, else raw.</summary>
    ChunkedIfUnknown,

    /// <summary>FCGI_STDIN records.</summary>
    FastCgi,
}

/// <summary>One upstream protocol: how a request head is written and what to expect back. Stateless.</summary>
internal interface IUpstreamCodec
{
    BodyFraming BodyFraming { get; }

    /// <summary>True when a body's length must be known before the head can be written.</summary>
    bool NeedsBodyLength { get; }

    /// <summary>True when the response head is that of HTTP/1.1 and nothing else; false allows CGI's <c>Status:</c> line and bare line feeds.</summary>
    bool HasHttpResponse { get; }

    /// <summary>True when connections may serve more than one request.</summary>
    bool CanReuse { get; }

    /// <summary>Appends the head. <see cref="ForwardOutcome.Completed"/> means written.</summary>
    ForwardOutcome WriteHead(RequestBuffer buffer, ForwardRequest request, ForwardingOptions options);
}
