using System.Text.Json;
using UwsgiIt.Api.Contracts;

namespace UwsgiIt.Api.Resources;

/// <summary>An answer of the modern root, kept as a value until its transaction is on disk.</summary>
internal sealed class ApiResult(int status, object? value = null) : IResult
{
    public const string VersionHeader = "UwsgiIt-Version";

    public int Status => status;

    public object? Value => value;

    public string? Location { get; init; }

    public string? ETag { get; init; }

    public long Version { get; set; }

    /// <summary>The body, ready made: an answer given again.</summary>
    public string? Body { get; init; }

    public string? ToJson() => Body ?? (value is null ? null : JsonSerializer.Serialize(value, value.GetType(), ApiJson.Options));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        if (Location is not null)
        {
            response.Headers.Location = Location;
        }

        if (ETag is not null)
        {
            response.Headers.ETag = ETag;
        }

        if (Version > 0)
        {
            response.Headers[VersionHeader] = Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        if (ToJson() is { } json)
        {
            response.ContentType = "application/json";
            await response.WriteAsync(json, httpContext.RequestAborted);
        }
    }
}
