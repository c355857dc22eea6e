namespace UwsgiIt.Api.Authentication;

/// <summary>Requests that are counted apart.</summary>
internal enum RequestKind
{
    Reads,
    Writes,

    /// <summary>Each asks name servers of others.</summary>
    Claims,
}
