// Telemetry: a workspace and Application Insights in it. What is sent there costs more than Service Bus when it is not
// sampled; host.json samples, and the workspace has a cap.

@description('Required. The region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. What makes names unique.')
@minLength(13)
@maxLength(13)
param token string

@description('Required. Days that telemetry is kept.')
param days int

@description('Required. The most of a day, in GB.')
param gigabytesPerDay string

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: 'log-${token}'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: days
    workspaceCapping: { dailyQuotaGb: json(gigabytesPerDay) }
    features: { disableLocalAuth: true }
  }
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${token}'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    // Its connection string is then an address only: without a token nothing is taken.
    DisableLocalAuth: true
  }
}

output applicationInsightsName string = applicationInsights.name
