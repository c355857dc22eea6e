using UwsgiIt.Router.Forwarding;

namespace UwsgiIt.Router.Sessions;

/// <summary>The first request of an RTSP or icecast source connection.</summary>
/// <param name="Method">For example <c>DESCRIBE</c> or <c>SOURCE</c>.</param>
/// <param name="Target">As it came.</param>
/// <param name="Protocol"><c>RTSP/1.0</c>, <c>HTTP/1.0</c>, <c>HTTP/1.1</c> or <c>ICE/1.0</c>.</param>
/// <param name="Host">Whose it is: the authority of the target, else the Host header; null when neither is there.</param>
/// <param name="Headers">All headers, Host set to <paramref name="Host"/>.</param>
/// <param name="Length">Bytes of the head, its empty line included.</param>
internal sealed record StreamingHead(string Method, string Target, string Protocol, string? Host, IHeaderDictionary Headers, int Length)
{
    public bool IsRtsp => Protocol == StreamingHeadReader.RtspVersion;

    /// <summary>An answer of ours, where no node can give one.</summary>
    public string Answer(int status)
    {
        var sequence = IsRtsp && Headers["CSeq"] is { Count: 1 } number && int.TryParse(number[0], out var value) ? $"CSeq: {value}\r\n" : "";
        return $"{(IsRtsp ? Protocol : "HTTP/1.0")} {status} {Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status)}\r\n{sequence}Content-Length: 0\r\nConnection: close\r\n\r\n";
    }

    /// <summary>Writes it anew for a node that speaks the protocol itself.</summary>
    public ForwardOutcome Write(RequestBuffer buffer, ForwardRequest request)
    {
        buffer.Write($"{Method} {Target} {Protocol}\r\n");
        if (!IsRtsp)
        {
            buffer.Write($"Host: {Host}\r\n");
        }

        var nominated = RequestHeaderRules.GetNominated(Headers);
        foreach (var (name, values) in Headers)
        {
            if (!name.Equals("Host", StringComparison.OrdinalIgnoreCase) && request.Forwards(name, values, nominated))
            {
                foreach (var value in values)
                {
                    buffer.Write($"{name}: {value}\r\n");
                }
            }
        }

        buffer.Write($"X-Forwarded-For: {request.Context.Connection.RemoteIpAddress?.ToString() ?? "0.0.0.0"}\r\n\r\n");
        return request.Refusal == Edge.RequestRefusal.None ? ForwardOutcome.Completed : ForwardOutcome.BadRequestHeader;
    }
}
