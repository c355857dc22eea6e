using System.Buffers.Binary;

namespace UwsgiIt.Router.Forwarding;

/// <summary>FastCGI 1.0, responder role, one request at a time on a connection that is kept.</summary>
internal sealed class FastCgiCodec : IUpstreamCodec
{
    /// <summary>Most content of one record, in bytes: a u16, kept a multiple of eight so that no padding is needed.</summary>
    public const int MaxRecordBytes = 65_528;

    // Ours: the same bound as uwsgi's var block.
    private const int MaxParamsBytes = 65_528;
    private const byte KeepConnection = 1;
    private const byte Responder = 1;

    public BodyFraming BodyFraming => BodyFraming.FastCgi;

    public bool NeedsBodyLength => true;

    public bool HasHttpResponse => false;

    public bool CanReuse => true;

    public ForwardOutcome WriteHead(RequestBuffer buffer, ForwardRequest request, ForwardingOptions options)
    {
        WriteRecord(buffer.Reserve(FastCgiDecoder.HeaderBytes), FastCgiDecoder.BeginRequest, 8);
        ReadOnlySpan<byte> begin = [0, Responder, KeepConnection, 0, 0, 0, 0, 0];
        buffer.Write(begin);

        var paramsAt = buffer.Length;
        buffer.Reserve(FastCgiDecoder.HeaderBytes);
        var sink = new Sink(buffer, paramsAt + FastCgiDecoder.HeaderBytes);
        var result = CgiVariables.Write(ref sink, request, options);
        if (result == CgiVariablesResult.Ok && !WriteScript(ref sink, request, options))
        {
            result = CgiVariablesResult.TooLarge;
        }

        if (result != CgiVariablesResult.Ok)
        {
            return CgiVariables.OutcomeOf(result);
        }

        WriteRecord(buffer.Written(paramsAt), FastCgiDecoder.Params, buffer.Length - paramsAt - FastCgiDecoder.HeaderBytes);
        WriteRecord(buffer.Reserve(FastCgiDecoder.HeaderBytes), FastCgiDecoder.Params, 0);
        if (request.BodyLength == 0)
        {
            WriteRecord(buffer.Reserve(FastCgiDecoder.HeaderBytes), FastCgiDecoder.Stdin, 0);
        }

        return ForwardOutcome.Completed;
    }

    /// <summary>Writes a record header for our request id.</summary>
    public static void WriteRecord(Span<byte> header, byte type, int contentBytes)
    {
        header[7] = 0;
        header[0] = 1;
        header[1] = type;
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], FastCgiDecoder.RequestId);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], (ushort)contentBytes);
        header[6] = 0;
    }

    /// <summary>
    /// php-fpm finds the file by SCRIPT_FILENAME: the document root and the path up to and including its <c>.php</c>; a path without one
    /// goes to <c>/index.php</c>.
    /// </summary>
    private static bool WriteScript(ref Sink sink, ForwardRequest request, ForwardingOptions options)
    {
        if (!CgiVariables.Bytes(ref sink, "GATEWAY_INTERFACE"u8, "CGI/1.1"u8) || options.FastCgiDocumentRoot.Length == 0)
        {
            return true;
        }

        var path = request.Context.Request.Path.Value ?? "/";
        var end = path.IndexOf(".php", StringComparison.Ordinal);
        var script = end < 0 ? "/index.php" : path[..(end + 4)];
        var root = options.FastCgiDocumentRoot.TrimEnd('/');
        return CgiVariables.Text(ref sink, "DOCUMENT_ROOT"u8, root)
            && CgiVariables.Text(ref sink, "SCRIPT_FILENAME"u8, string.Concat(root, script));
    }

    private readonly ref struct Sink(RequestBuffer buffer, int start) : ICgiVariableSink
    {
        public bool TryReserve(scoped ReadOnlySpan<byte> name, int valueBytes, out Span<byte> value)
        {
            var lengths = (name.Length < 128 ? 1 : 4) + (valueBytes < 128 ? 1 : 4);
            if (buffer.Length - start + lengths + name.Length + valueBytes > MaxParamsBytes)
            {
                value = default;
                return false;
            }

            WriteLength(name.Length);
            WriteLength(valueBytes);
            buffer.Write(name);
            value = buffer.Reserve(valueBytes);
            return true;
        }

        private void WriteLength(int length)
        {
            if (length < 128)
            {
                buffer.Reserve(1)[0] = (byte)length;
            }
            else
            {
                BinaryPrimitives.WriteUInt32BigEndian(buffer.Reserve(4), (uint)length | 0x8000_0000);
            }
        }
    }
}
