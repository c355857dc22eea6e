namespace UwsgiIt.Comparison;

/// <summary>What the subject speaks to the upstream.</summary>
internal enum Upstream
{
    Http = 0,
    Uwsgi,
    FastCgi,
}
