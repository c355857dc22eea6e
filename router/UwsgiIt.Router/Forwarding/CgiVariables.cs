using System.Net;
using System.Text;
using UwsgiIt.Protocol.Packets;

namespace UwsgiIt.Router.Forwarding;

/// <summary>Takes name and value pairs; false when no more fit.</summary>
internal interface ICgiVariableSink
{
    /// <summary>Makes room for a value and hands it out to be filled; false when it does not fit.</summary>
    bool TryReserve(scoped ReadOnlySpan<byte> name, int valueBytes, out Span<byte> value);
}

/// <summary>Why a request cannot be put into CGI-like variables.</summary>
internal enum CgiVariablesResult
{
    Ok = 0,
    TooLarge,
    BadPath,
    BadHeader,
}

/// <summary>The variables of a uwsgi, SCGI or FastCGI request, in the order of the original's http router.</summary>
internal static class CgiVariables
{
    private const int MaxHeaderNameBytes = 1024;

    public static CgiVariablesResult Write<TSink>(ref TSink sink, ForwardRequest request, ForwardingOptions options)
        where TSink : struct, ICgiVariableSink, allows ref struct
    {
        var context = request.Context;
        if (context.Features.Get<GivenVariables>() is { } given)
        {
            return WriteGiven(ref sink, given);
        }

        var target = request.Target;
        var question = target.IndexOf('?');
        var path = question < 0 ? target : target[..question];
        var query = question < 0 ? default : target[(question + 1)..];

        if (!Text(ref sink, "REQUEST_METHOD"u8, request.Method) || !Text(ref sink, "REQUEST_URI"u8, target))
        {
            return CgiVariablesResult.TooLarge;
        }

        var result = WritePath(ref sink, path);
        if (result != CgiVariablesResult.Ok)
        {
            return result;
        }

        var fits = Text(ref sink, "QUERY_STRING"u8, query)
            && Text(ref sink, "SERVER_PROTOCOL"u8, ProtocolOf(request))
            && Text(ref sink, "SCRIPT_NAME"u8, default)
            && Number(ref sink, "SERVER_PORT"u8, context.Connection.LocalPort)
            && Bytes(ref sink, "UWSGI_ROUTER"u8, "http"u8)
            && WriteTls(ref sink, context, options)
            && WriteRemote(ref sink, context.Connection)
            && Text(ref sink, "SERVER_NAME"u8, request.Host)
            && WriteHeaders(ref sink, request);
        return request.Refusal != Edge.RequestRefusal.None ? CgiVariablesResult.BadHeader : fits ? CgiVariablesResult.Ok : CgiVariablesResult.TooLarge;
    }

    public static ForwardOutcome OutcomeOf(CgiVariablesResult result) => result switch
    {
        CgiVariablesResult.Ok => ForwardOutcome.Completed,
        CgiVariablesResult.BadPath => ForwardOutcome.BadRequestTarget,
        CgiVariablesResult.BadHeader => ForwardOutcome.BadRequestHeader,
        _ => ForwardOutcome.RequestHeadTooLarge,
    };

    private static CgiVariablesResult WriteGiven<TSink>(ref TSink sink, GivenVariables given)
        where TSink : struct, ICgiVariableSink, allows ref struct
    {
        var reader = new UwsgiVarReader(given.Block.Span);
        while (reader.TryRead(out var name, out var value))
        {
            if (!Bytes(ref sink, name, value))
            {
                return CgiVariablesResult.TooLarge;
            }
        }

        return CgiVariablesResult.Ok;
    }

    /// <summary>The version as CGI programs know it: HTTP/2.0, not HTTP/2.</summary>
    private static string ProtocolOf(ForwardRequest request)
    {
        var protocol = request.Context.Request.Protocol;
        return request.Upgrade == UpgradeKind.ExtendedConnect ? "HTTP/1.1"
            : HttpProtocol.IsHttp2(protocol) ? "HTTP/2.0"
            : HttpProtocol.IsHttp3(protocol) ? "HTTP/3.0"
            : protocol;
    }

    public static bool Text<TSink>(ref TSink sink, scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<char> value)
        where TSink : struct, ICgiVariableSink, allows ref struct
    {
        if (!sink.TryReserve(name, value.Length, out var destination))
        {
            return false;
        }

        Encoding.Latin1.GetBytes(value, destination);
        return true;
    }

    public static bool Number<TSink>(ref TSink sink, scoped ReadOnlySpan<byte> name, long value)
        where TSink : struct, ICgiVariableSink, allows ref struct
    {
        Span<byte> digits = stackalloc byte[20];
        System.Buffers.Text.Utf8Formatter.TryFormat(value, digits, out var length);
        return Bytes(ref sink, name, digits[..length]);
    }

    public static bool Bytes<TSink>(ref TSink sink, scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
        where TSink : struct, ICgiVariableSink, allows ref struct
    {
        if (!sink.TryReserve(name, value.Length, out var destination))
        {
            return false;
        }

        value.CopyTo(destination);
        return true;
    }

    private static CgiVariablesResult WritePath<TSink>(ref TSink sink, ReadOnlySpan<char> path)
        where TSink : struct, ICgiVariableSink, allows ref struct
    {
        var bound = Encoding.UTF8.GetByteCount(path);
        byte[]? rented = null;
        var buffer = bound <= 1024 ? stackalloc byte[1024] : (rented = System.Buffers.ArrayPool<byte>.Shared.Rent(bound));
        try
        {
            return !RequestTarget.TryDecodePath(path, buffer, out var length) ? CgiVariablesResult.BadPath
                : Bytes(ref sink, "PATH_INFO"u8, buffer[..length]) ? CgiVariablesResult.Ok
                : CgiVariablesResult.TooLarge;
        }
        finally
        {
            if (rented is not null)
            {
                System.Buffers.ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    private static bool WriteTls<TSink>(ref TSink sink, HttpContext context, ForwardingOptions options)
        where TSink : struct, ICgiVariableSink, allows ref struct
    {
        if (!context.Request.IsHttps)
        {
            return true;
        }

        if (!Bytes(ref sink, "HTTPS"u8, "on"u8))
        {
            return false;
        }

        if (context.Connection.ClientCertificate is not { } certificate)
        {
            return true;
        }

        return Bytes(ref sink, "HTTPS_CLIENT_CERTIFICATE"u8, certificate.RawDataMemory.Span)
            && Text(ref sink, "HTTPS_DN"u8, ClientCertificateText.Subject(certificate))
            && (!options.ExportClientCertificate || Text(ref sink, "HTTPS_CC"u8, certificate.ExportCertificatePem()));
    }

    private static bool WriteRemote<TSink>(ref TSink sink, ConnectionInfo connection)
        where TSink : struct, ICgiVariableSink, allows ref struct
    {
        Span<byte> text = stackalloc byte[65];
        var length = WriteAddress(connection.RemoteIpAddress, text);
        return Bytes(ref sink, "REMOTE_ADDR"u8, text[..length]) && Number(ref sink, "REMOTE_PORT"u8, connection.RemotePort);
    }

    /// <summary>The client's address as text; <c>0.0.0.0</c> for a unix listener, as the original says. At most 65 bytes.</summary>
    public static int WriteAddress(IPAddress? address, Span<byte> text)
    {
        if (address is null)
        {
            "0.0.0.0"u8.CopyTo(text);
            return 7;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            Span<byte> bytes = stackalloc byte[16];
            address.TryWriteBytes(bytes, out _);
            address = new IPAddress(bytes[12..]);
        }

        address.TryFormat(text, out var length);
        return length;
    }

    private static bool WriteHeaders<TSink>(ref TSink sink, ForwardRequest request)
        where TSink : struct, ICgiVariableSink, allows ref struct
    {
        var headers = request.Headers;
        if (request.BodyLength >= 0 && (request.BodyLength > 0 || headers.ContentLength is not null) && !Number(ref sink, "CONTENT_LENGTH"u8, request.BodyLength))
        {
            return false;
        }

        if (headers.ContentType is { Count: > 0 } type && !Text(ref sink, "CONTENT_TYPE"u8, type.ToString()))
        {
            return false;
        }

        var requestId = RequestHeaderRules.GetRequestId(request.Context);
        if (requestId is not null && !Text(ref sink, "HTTP_X_REQUEST_ID"u8, requestId))
        {
            return false;
        }

        if (request.Transformed is not null && !Text(ref sink, "HTTP_HOST"u8, request.Host))
        {
            return false;
        }

        var nominated = RequestHeaderRules.GetNominated(headers);
        foreach (var (name, values) in headers)
        {
            if (request.Forwards(name, values, nominated) && !IsContentHeader(name) && !RequestHeaderRules.IsReplaced(name, requestId) && !WriteHeader(ref sink, name, values))
            {
                return false;
            }
        }

        return (request.Chain is not { } chain || WriteChain(ref sink, request, chain)) && (request.Upgrade == UpgradeKind.None || WriteUpgrade(ref sink, request));
    }

    private static bool IsContentHeader(string name) =>
        name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) || name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase);

    private static bool WriteHeader<TSink>(ref TSink sink, string name, in Microsoft.Extensions.Primitives.StringValues values)
        where TSink : struct, ICgiVariableSink, allows ref struct
    {
        if (name.Length > MaxHeaderNameBytes)
        {
            return false;
        }

        Span<byte> variable = stackalloc byte[5 + MaxHeaderNameBytes];
        "HTTP_"u8.CopyTo(variable);
        for (var i = 0; i < name.Length; i++)
        {
            variable[5 + i] = name[i] == '-' ? (byte)'_' : (byte)char.ToUpperInvariant(name[i]);
        }

        if (!sink.TryReserve(variable[..(5 + name.Length)], RequestHeaderRules.JoinedLength(values), out var value))
        {
            return false;
        }

        RequestHeaderRules.WriteJoined(name, values, value);
        return true;
    }

    private static bool WriteChain<TSink>(ref TSink sink, ForwardRequest request, Edge.ForwardedChain chain)
        where TSink : struct, ICgiVariableSink, allows ref struct =>
        request.Transformed is not null
        || (Text(ref sink, "HTTP_X_FORWARDED_FOR"u8, chain.For)
            && Bytes(ref sink, "HTTP_X_FORWARDED_PROTO"u8, request.Context.Request.IsHttps ? "https"u8 : "http"u8)
            && Text(ref sink, "HTTP_X_FORWARDED_HOST"u8, chain.Host ?? request.Host)
            && (chain.Forwarded is null || Text(ref sink, "HTTP_FORWARDED"u8, chain.Forwarded)));

    private static bool WriteUpgrade<TSink>(ref TSink sink, ForwardRequest request)
        where TSink : struct, ICgiVariableSink, allows ref struct =>
        Bytes(ref sink, "HTTP_CONNECTION"u8, "Upgrade"u8)
        && Text(ref sink, "HTTP_UPGRADE"u8, request.UpgradeProtocol)
        && (request.WebSocketKey is null || Text(ref sink, "HTTP_SEC_WEBSOCKET_KEY"u8, request.WebSocketKey));
}
