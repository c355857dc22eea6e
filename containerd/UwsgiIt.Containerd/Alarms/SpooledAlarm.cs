namespace UwsgiIt.Containerd.Alarms;

/// <summary>An alarm as the agent finds it: container, seconds since 1970, text.</summary>
internal sealed record SpooledAlarm(uint Container, long Unix, string Msg);
