namespace UwsgiIt.Router.Subscriptions;

/// <summary>Who sent a datagram, by the kernel's word (SCM_CREDENTIALS).</summary>
internal readonly record struct SenderCredentials(int ProcessId, uint UserId, uint GroupId);
