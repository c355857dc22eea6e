namespace UwsgiIt.Comparison.Loads;

/// <summary>What a load saw of a subject. <paramref name="Problem"/> is null when no answer was an error.</summary>
internal sealed record Seen(long Answers, long Bytes, TimeSpan Elapsed, string? Problem);
