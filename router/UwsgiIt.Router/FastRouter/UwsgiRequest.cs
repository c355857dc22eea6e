using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Text;
using UwsgiIt.Protocol.Packets;

namespace UwsgiIt.Router.FastRouter;

/// <summary>What the router reads of a var block that another router or web server sent. The block itself goes on as it came.</summary>
internal sealed class UwsgiRequest
{
    /// <summary>Most variables of a request. Ours: nginx sends some forty, a real uWSGI takes 128 by default; arbitrary, may grow.</summary>
    public const int MaxVariables = 1_000;

    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private UwsgiRequest(ReadOnlyMemory<byte> block) => Block = block;

    /// <summary>All variables, as they came.</summary>
    public ReadOnlyMemory<byte> Block { get; }

    /// <summary>Who is asked for: UWSGI_FASTROUTER_KEY, else HTTP_HOST, else SERVER_NAME; null when none of them is there.</summary>
    public string? Key { get; private set; }

    public string Method { get; private set; } = "GET";

    /// <summary>REQUEST_URI, else PATH_INFO and QUERY_STRING.</summary>
    public string Target { get; private set; } = "/";

    public string Path { get; private set; } = "/";

    public string Query { get; private set; } = "";

    public string Protocol { get; private set; } = "HTTP/1.1";

    /// <summary>Bytes of body behind the block; 0 when nothing was said.</summary>
    public long ContentLength { get; private set; }

    public bool IsHttps { get; private set; }

    /// <summary>The client as the sender saw it, or null.</summary>
    public IPAddress? RemoteAddress { get; private set; }

    public int RemotePort { get; private set; }

    public int ServerPort { get; private set; }

    /// <summary>HTTP_* and the two of the body, for upstreams that speak HTTP.</summary>
    public IHeaderDictionary Headers { get; } = new HeaderDictionary();

    /// <summary>Reads the block; null when it is malformed or would mean different things to different readers.</summary>
    public static UwsgiRequest? Read(ReadOnlyMemory<byte> block)
    {
        var request = new UwsgiRequest(block);
        var known = new Known();
        var reader = new UwsgiVarReader(block.Span);
        for (var count = 0; reader.TryRead(out var name, out var value); count++)
        {
            if (count == MaxVariables || !request.Take(ref known, name, value))
            {
                return null;
            }
        }

        return !reader.IsMalformed && request.Finish(known) ? request : null;
    }

    private bool Take(ref Known known, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.StartsWith("HTTP_"u8) && name.Length > 5)
        {
            return TakeHeader(name[5..], value);
        }

        switch (name)
        {
            case var _ when name.SequenceEqual("UWSGI_FASTROUTER_KEY"u8):
                known.Key = Text(value);
                break;
            case var _ when name.SequenceEqual("SERVER_NAME"u8):
                known.ServerName = Text(value);
                break;
            case var _ when name.SequenceEqual("REQUEST_METHOD"u8):
                Method = Text(value);
                return value.Length > 0 && !value.ContainsAnyExcept(TokenBytes);
            case var _ when name.SequenceEqual("REQUEST_URI"u8):
                known.Target = Text(value);
                return !value.ContainsAnyInRange((byte)0, (byte)' ') && !value.Contains((byte)0x7f);
            case var _ when name.SequenceEqual("PATH_INFO"u8):
                Path = Encoding.UTF8.GetString(value);
                break;
            case var _ when name.SequenceEqual("QUERY_STRING"u8):
                Query = Text(value);
                return !value.ContainsAnyInRange((byte)0, (byte)' ') && !value.Contains((byte)0x7f);
            case var _ when name.SequenceEqual("SERVER_PROTOCOL"u8):
                Protocol = Text(value);
                break;
            case var _ when name.SequenceEqual("CONTENT_TYPE"u8):
                return value.IsEmpty || AddHeader("Content-Type", value);
            case var _ when name.SequenceEqual("CONTENT_LENGTH"u8):
                return TakeLength(ref known, value);
            case var _ when name.SequenceEqual("HTTPS"u8):
                IsHttps = value.SequenceEqual("on"u8) || value.SequenceEqual("1"u8);
                break;
            case var _ when name.SequenceEqual("REQUEST_SCHEME"u8):
                IsHttps |= value.SequenceEqual("https"u8);
                break;
            case var _ when name.SequenceEqual("REMOTE_ADDR"u8):
                RemoteAddress = value.Length < 64 && IPAddress.TryParse(Text(value), out var address) ? address : null;
                break;
            case var _ when name.SequenceEqual("REMOTE_PORT"u8):
                RemotePort = Port(value);
                break;
            case var _ when name.SequenceEqual("SERVER_PORT"u8):
                ServerPort = Port(value);
                break;
            default:
                break;
        }

        return true;
    }

    /// <summary>Two lengths that differ are two requests to two readers.</summary>
    private bool TakeLength(ref Known known, ReadOnlySpan<byte> value)
    {
        long length = 0;
        if (!value.IsEmpty && (value.ContainsAnyExceptInRange((byte)'0', (byte)'9') || !Utf8Parser.TryParse(value, out length, out var used) || used != value.Length))
        {
            return false;
        }

        if (known.HasLength && length != ContentLength)
        {
            return false;
        }

        known.HasLength = true;
        ContentLength = length;
        return true;
    }

    private bool TakeHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Span<char> header = stackalloc char[256];
        if (name.Length > header.Length || name.ContainsAnyExcept(TokenBytes))
        {
            return false;
        }

        var isFirst = true;
        for (var i = 0; i < name.Length; i++)
        {
            header[i] = name[i] == '_' ? '-' : isFirst ? (char)name[i] : char.ToLowerInvariant((char)name[i]);
            isFirst = name[i] == '_';
        }

        return AddHeader(new string(header[..name.Length]), value);
    }

    private bool AddHeader(string name, ReadOnlySpan<byte> value)
    {
        // The length is CONTENT_LENGTH's to say, and chunks are gone once a web server made variables of a request.
        if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) && !name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
        {
            Headers[name] = Text(value);
        }

        return value.IndexOfAny((byte)'\r', (byte)'\n', (byte)0) < 0;
    }

    private bool Finish(in Known known)
    {
        Key = known.Key ?? (Headers.Host.Count > 0 ? Headers.Host.ToString() : known.ServerName);
        if (Headers.Host.Count == 0)
        {
            Headers.Host = known.ServerName ?? Key;
        }

        if (known.HasLength)
        {
            Headers.ContentLength = ContentLength;
        }

        if (known.Target is { } target)
        {
            Target = target;
            return true;
        }

        // Decoded by the sender already: encoded again it is a target.
        Target = Uri.EscapeDataString(Path).Replace("%2F", "/", StringComparison.Ordinal) + (Query.Length > 0 ? "?" + Query : "");
        return true;
    }

    private static int Port(ReadOnlySpan<byte> value) => Utf8Parser.TryParse(value, out ushort port, out var used) && used == value.Length ? port : 0;

    private static string Text(ReadOnlySpan<byte> value) => Encoding.Latin1.GetString(value);

    private ref struct Known
    {
        public string? Key;
        public string? ServerName;
        public string? Target;
        public bool HasLength;
    }
}
