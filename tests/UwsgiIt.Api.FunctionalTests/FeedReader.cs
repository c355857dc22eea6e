using System.Globalization;
using System.Text.Json.Nodes;

namespace UwsgiIt.Api.FunctionalTests;

/// <summary>A client of the feed.</summary>
internal sealed class FeedReader : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private FeedReader(HttpResponseMessage response, StreamReader reader) => (_response, _reader) = (response, reader);

    /// <summary>start, reset, or null when it goes on from where it was.</summary>
    public string? StartEvent { get; private set; }

    public static async Task<FeedReader> OpenAsync(HttpClient client, string path, long? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is { } id)
        {
            request.Headers.Add("Last-Event-ID", id.ToString(CultureInfo.InvariantCulture));
        }

        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var feed = new FeedReader(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
        feed.StartEvent = (await feed.BlockAsync()).Find(static line => line.StartsWith("event: ", StringComparison.Ordinal))?[7..];
        return feed;
    }

    public async Task<JsonNode> NextAsync()
    {
        while (true)
        {
            if ((await BlockAsync()).Find(static line => line.StartsWith("data: ", StringComparison.Ordinal)) is { } data)
            {
                return JsonNode.Parse(data[6..])!;
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _reader.Dispose();
        _response.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<List<string>> BlockAsync()
    {
        var lines = new List<string>();
        while (await _reader.ReadLineAsync().WaitAsync(Deadline) is { } line)
        {
            if (line.Length == 0)
            {
                return lines;
            }

            lines.Add(line);
        }

        throw new InvalidOperationException("The feed ended.");
    }
}
