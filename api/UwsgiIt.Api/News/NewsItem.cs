using UwsgiIt.Api.Storage;

namespace UwsgiIt.Api.News;

/// <summary>A word from the operator to customers.</summary>
internal sealed class NewsItem : TrackedRow
{
    public required string Content { get; set; }

    /// <summary>Shown without a login too.</summary>
    public bool Public { get; set; }
}
