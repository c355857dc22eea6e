using System.Text.Json;
using System.Text.Json.Nodes;

namespace UwsgiIt.Cli.Api;

/// <summary>The api refused; the message is its own.</summary>
internal sealed class ApiException(int status, string body) : Exception(Describe(status, body))
{
    public int Status => status;

    private static string Describe(int status, string body)
    {
        try
        {
            return JsonNode.Parse(body) is JsonObject problem && problem["detail"] is { } detail ? $"{problem["title"]}: {detail}" : $"the api answered {status}";
        }
        catch (JsonException)
        {
            return $"the api answered {status}";
        }
    }
}
