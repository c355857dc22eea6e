namespace UwsgiIt.Api.Metrics;

/// <summary>One value on its way into the database.</summary>
internal readonly record struct MetricSample(int ContainerId, int DomainId, int Metric, long Unix, long Value);
